local plot = {}
function plot.write() end
return plot

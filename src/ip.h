/* IP addresses: text to bytes and back. What is an address is decided exactly as by Node's
   net.isIP. Not for names, ports or sockaddr. */
#ifndef LNET_IP_H
#define LNET_IP_H

#include <stddef.h>

/* Room for the text of any address, with its final NUL. */
enum { LNET_IP_TEXT_MAX = 46 };

/* What net.isIP answers in node v20: 4, 6, or 0 for what is no address. An IPv6 address may
   carry a zone ("fe80::1%eth0"); NULs and other odd bytes are simply no part of an address. */
int lnet_ip_version(const char *text, size_t len);

/* As lnet_ip_version, and writes the address in network order: 4 bytes, or 16. The zone is checked
   but not kept. Whatever `out` holds after the answer 0 means nothing. */
int lnet_ip_parse(const char *text, size_t len, unsigned char out[16]);

/* The same for what libuv reads as an address, which is more: the text ends at the first NUL, and
   a zone may be any text, for interfaces have names that isIP does not know. */
int lnet_ip_parse_loose(const char *text, size_t len, unsigned char out[16]);

/* Writes the text of 4 (version 4) or 16 (version 6) bytes, as uv_ip4_name and uv_ip6_name would,
   with a final NUL. Returns its length without the NUL; 0, with nothing written, when it does not
   fit in `size` or the version is neither. */
size_t lnet_ip_format(int version, const unsigned char *bytes, char *out, size_t size);

#endif

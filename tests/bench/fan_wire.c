#include "fan_wire.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t
fan_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

size_t
fan_answer(const char *head, char *out, size_t max)
{
	static const char name[] = "Sec-WebSocket-Key:";
	const char *key = strcasestr(head, name);
	unsigned char digest[EVP_MAX_MD_SIZE], text[64];
	char joined[128];
	unsigned n;

	if (!key)
		return 0;
	key += sizeof name - 1;
	key += strspn(key, " ");
	snprintf(joined, sizeof joined, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
		 (int)strcspn(key, "\r\n"), key);
	EVP_Digest(joined, strlen(joined), digest, &n, EVP_sha1(), NULL);
	EVP_EncodeBlock(text, digest, (int)n);
	return (size_t)snprintf(out, max,
				"HTTP/1.1 101 Switching Protocols\r\n"
				"Upgrade: websocket\r\nConnection: Upgrade\r\n"
				"Sec-WebSocket-Accept: %s\r\n\r\n",
				text);
}

size_t
fan_frame(char *out, const char *text, size_t n, bool masked)
{
	size_t head = 0;
	char mask = masked ? (char)0x80 : 0;

	out[head++] = (char)0x81;
	if (n < 126) {
		out[head++] = (char)(mask | (char)n);
	} else {
		out[head++] = (char)(mask | 126);
		out[head++] = (char)(n >> 8);
		out[head++] = (char)n;
	}
	if (masked)
		memset(out + head, 0, 4);
	head += masked ? 4 : 0;
	memcpy(out + head, text, n);
	return head + n;
}

size_t
fan_unframe(char *p, size_t n, char **text, size_t *text_n)
{
	const unsigned char *b = (const unsigned char *)p;
	size_t head = 2, length;
	bool masked;

	if (n < 4)
		return 0;
	length = b[1] & 127;
	masked = b[1] & 128;
	if (length == 126) {
		length = (size_t)b[2] << 8 | b[3];
		head = 4;
	}
	head += masked ? 4 : 0;
	if (n < head + length)
		return 0;
	for (size_t i = 0; masked && i < length; i++)
		p[head + i] ^= p[head - 4 + (i & 3)];
	*text = p + head;
	*text_n = length;
	return head + length;
}

void
fan_message(char out[FAN_PAYLOAD], uint32_t number)
{
	char mark[FAN_MARK_BYTES + 1];

	snprintf(mark, sizeof mark, FAN_MARK "%020llu%08u",
		 (unsigned long long)fan_now_ns(), number % 100000000u);
	memset(out, 'x', FAN_PAYLOAD);
	memcpy(out, mark, FAN_MARK_BYTES);
}

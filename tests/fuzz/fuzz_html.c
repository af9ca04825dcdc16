/* AJAM bodies, manager (HTML): any pieces give the same as one piece, packets fit the
 * limits, what a value holds forges no line, and the packet as XML is one element again.
 *
 * Input: which limits, how to cut (1 byte each), the body. */
#include "ajam.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	fuzz_ajam(ZV_AJAM_MANAGER, bytes, n);
	return 0;
}

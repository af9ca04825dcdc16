#include "onec/com_abi.h"

/* The vendor's first five differ in one number. */
#define AB63(last)                                                                     \
 {                                                                                     \
  0xab634000 + (last), 0xf13d, 0x11d0,                                                 \
  {                                                                                    \
   0xa4, 0x59, 0x00, 0x40, 0x95, 0xe1, 0xda, 0xea                                      \
  }                                                                                    \
 }

const IID zv_iid_init_done = AB63(1);
const IID zv_iid_profile = AB63(2);
const IID zv_iid_language = AB63(3);
const IID zv_iid_async_event = AB63(4);
const IID zv_iid_status_line = AB63(5);

const IID zv_iid_locale = {
	0xe88a191e, 0x8f52, 0x4261, { 0x9f, 0xae, 0xff, 0x7a, 0xa8, 0x4f, 0x5d, 0x7e }
};
const IID zv_iid_platform = {
	0xaaabe126, 0x2230, 0x4a7d, { 0x9d, 0xda, 0x89, 0x87, 0xfd, 0x2a, 0x62, 0xba }
};

/* Windows' own: here, so that nothing must be linked for them. */
const IID zv_iid_error_log = {
	0x3127ca40, 0x446e, 0x11ce, { 0x81, 0x35, 0x00, 0xaa, 0x00, 0x4b, 0xb8, 0x51 }
};
const IID zv_iid_unknown = { 0, 0, 0, { 0xc0, 0, 0, 0, 0, 0, 0, 0x46 } };
const IID zv_iid_class_factory = { 1, 0, 0, { 0xc0, 0, 0, 0, 0, 0, 0, 0x46 } };

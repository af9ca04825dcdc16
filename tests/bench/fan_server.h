/* fan_server.h - what another process has used, from /proc. */
#ifndef BENCH_FAN_SERVER_H
#define BENCH_FAN_SERVER_H

/* Its time on processors, in seconds; pid 0: 0. */
double fan_server_cpu_s(long pid);
/* Its memory in KiB, as /proc/PID/status tells it: "VmRSS", "VmHWM". */
long fan_server_kb(long pid, const char *key);

#endif

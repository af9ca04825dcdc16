/* zvond - one connection to each Asterisk, many users with rights of their own. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zvond/activation.h"
#include "zvond/daemon.h"
#include "zvond/log.h"
#include "zvond/notify.h"

int
main(int argc, char **argv)
{
	struct zv_buf complaints = { 0 };
	struct zv_config *config;
	struct zv_log *log;
	int code;

	signal(SIGPIPE, SIG_IGN);
	zv_notify_open(NULL);
	zv_activation_open(NULL);
	if (argc > 1 && strcmp(argv[1], "--demo") == 0)
		config = zv_config_demo(argc > 2 ? atoi(argv[2]) : 2013, "", 12,
					&complaints);
	else
		config = zv_config_read(argc > 1 ? argv[1] : "zvond.conf", &complaints);
	fprintf(stderr, "%s", zv_buf_cstr(&complaints));
	zv_buf_deinit(&complaints);
	if (!config)
		return 2;
	log = zv_logger_open(2, false, config->log_level);
	code = zv_daemon_run(config, log);
	zv_logger_close(log);
	return code;
}

/* The numbers of MariaDB and MySQL: mariadb.com/kb/en/mariadb-error-code-reference. */
#include <errmsg.h>

#include "base/err.h"
#include "db/maria.h"

enum how { PLAIN, LOST };

static const struct {
	unsigned number;
	int code;
	enum how how;
	const char *advice;
} codes[] = {
	{ 1040, ZV_EBUSY, LOST,
	  "the server has no free connection; raise max_connections" },
	{ 1203, ZV_EBUSY, LOST, "the account has no free connection" },
	{ 1226, ZV_EBUSY, LOST, "the account has used up what it may" },
	{ 1205, ZV_EBUSY, PLAIN, "somebody else has it locked; try again" },
	{ 1213, ZV_EBUSY, PLAIN, "somebody else has it locked; try again" },
	{ 1044, ZV_EAUTH, PLAIN, "check the account and its rights" },
	{ 1045, ZV_EAUTH, LOST, "check the account and its secret" },
	{ 1698, ZV_EAUTH, LOST, "check the account and its secret" },
	{ 1129, ZV_EAUTH, LOST, "the server has blocked this host" },
	{ 1130, ZV_EAUTH, LOST, "the account may not come from this host" },
	{ 1142, ZV_EAUTH, PLAIN, "check the rights of the account" },
	{ 1143, ZV_EAUTH, PLAIN, "check the rights of the account" },
	{ 1227, ZV_EAUTH, PLAIN, "check the rights of the account" },
	{ 1251, ZV_EAUTH, LOST, "the account's way of login is not supported" },
	{ CR_AUTH_PLUGIN_CANNOT_LOAD, ZV_EAUTH, LOST,
	  "the account's way of login is not supported" },
	{ 1049, ZV_ENOTFOUND, LOST, "check the name of the database" },
	{ 1146, ZV_ENOTFOUND, PLAIN, "check the name of the table" },
	{ 1054, ZV_ENOTFOUND, PLAIN, "check the name of the column" },
	{ 1290, ZV_EIO, LOST, "it may only be read now" },
	{ 1792, ZV_EIO, PLAIN, "it was opened for reading only" },
	{ 1836, ZV_EIO, LOST, "it may only be read now" },
	{ 3, ZV_EIO, PLAIN, "check the server's disk" },
	{ 28, ZV_EIO, PLAIN, "the server's disk is full" },
	{ 1021, ZV_EIO, PLAIN, "the server's disk is full" },
	{ 1114, ZV_EIO, PLAIN, "the table or the disk is full" },
	{ 1153, ZV_ETOOBIG, LOST, "raise max_allowed_packet" },
	{ CR_NET_PACKET_TOO_LARGE, ZV_ETOOBIG, LOST, "raise max_allowed_packet" },
	{ 1301, ZV_ETOOBIG, PLAIN, "raise max_allowed_packet" },
	{ 1406, ZV_ETOOBIG, PLAIN, "the column is too short" },
	{ 1317, ZV_ETIMEOUT, PLAIN, "the server was told to give it up" },
	{ 1969, ZV_ETIMEOUT, PLAIN, "ask for less, or allow more time" },
	{ 3024, ZV_ETIMEOUT, PLAIN, "ask for less, or allow more time" },
	{ 1053, ZV_ECLOSED, LOST, "the server is going down" },
	{ 1152, ZV_ECLOSED, LOST, "the connection was lost" },
	{ 1158, ZV_ECLOSED, LOST, "the connection was lost" },
	{ 1159, ZV_ECLOSED, LOST, "the connection was lost" },
	{ 1160, ZV_ECLOSED, LOST, "the connection was lost" },
	{ 1161, ZV_ECLOSED, LOST, "the connection was lost" },
	{ 1927, ZV_ECLOSED, LOST, "the server has closed the connection" },
	{ 4031, ZV_ECLOSED, LOST, "the server has closed the connection" },
	{ CR_SERVER_GONE_ERROR, ZV_ECLOSED, LOST, "the server is gone" },
	{ CR_SERVER_LOST, ZV_ECLOSED, LOST, "the server is gone" },
	{ CR_SERVER_LOST_EXTENDED, ZV_ECLOSED, LOST, "the server is gone" },
	{ CR_NEW_STMT_METADATA, ZV_ECLOSED, LOST, "the table has been changed" },
	{ CR_COMMANDS_OUT_OF_SYNC, ZV_ECLOSED, LOST, "the connection is of no use" },
	{ CR_CONNECTION_ERROR, ZV_EIO, LOST,
	  "check that the server runs, and its socket" },
	{ CR_CONN_HOST_ERROR, ZV_EIO, LOST,
	  "check host, port, and that the server runs" },
	{ CR_UNKNOWN_HOST, ZV_EIO, LOST, "check the name of the host" },
	{ CR_SSL_CONNECTION_ERROR, ZV_ETLS, LOST, "check tls= and ca= of the URL" },
	{ CR_OUT_OF_MEMORY, ZV_ENOMEM, PLAIN, "out of memory" },
	{ CR_INVALID_PARAMETER_NO, ZV_EINVAL, PLAIN, "the values do not fit" },
};

int
maria_fail(struct zv_db *db, unsigned number, const char *text, struct zv_error *err)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (codes[i].number != number)
			continue;
		db->is_lost = db->is_lost || codes[i].how == LOST;
		/* of a connection that ended because its time was over */
		if (codes[i].code == ZV_ECLOSED && zv_db_left_ms(db) == 0)
			return zv_db_fail_time(db, err);
		if (err && err->code == 0)
			err->system = (int)number;
		return zv_fail(err, codes[i].code, "%s: %s: %s", db->url->shown, text,
			       codes[i].advice);
	}
	if (number == 1062 || number == 1586)
		return zv_db_fail_duplicate(db, text, err);
	if (err && err->code == 0)
		err->system = (int)number;
	return zv_fail(err, ZV_EINVAL, "%s: %s", db->url->shown, text);
}

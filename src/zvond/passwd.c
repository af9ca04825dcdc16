#include "zvond/passwd.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "term/say.h"
#include "term/secret.h"

#define FAILED	    1
#define WRONG	    2
#define TOKEN_BYTES 32
#define SHORT	    10 /* characters below which a password is called short */

/* argon2id with 64 MiB and 2 passes: libsodium's figures for a person who waits. */
#define OPERATIONS crypto_pwhash_OPSLIMIT_INTERACTIVE
#define MEMORY	   crypto_pwhash_MEMLIMIT_INTERACTIVE

static const char *
ask_for(const char *en, const char *ru)
{
	return zv_say_pick((struct zv_text){ en, ru });
}

static char *
ask_twice(void)
{
	char *first = zv_secret_ask(ask_for("Password: ", "Пароль: "));
	char *second =
		first ? zv_secret_ask(ask_for("Once more: ", "Ещё раз: ")) : NULL;

	if (!first || !second)
		zv_say_error("no password given", "пароль не введён");
	else if (strcmp(first, second) != 0)
		zv_say_error("the two are not the same", "пароли не совпадают");
	else {
		zv_secret_free(second);
		return first;
	}
	zv_secret_free(first);
	zv_secret_free(second);
	return NULL;
}

static void
print_lines(const char *user, const char *key, const char *value)
{
	if (user)
		printf("[user %s]\n%s = %s\n", user, key, value);
	else
		puts(value);
}

static int
flush(void)
{
	if (fflush(stdout) == 0)
		return 0;
	zv_say_error("cannot write", "не удаётся записать");
	return FAILED;
}

int
zv_passwd_run(const char *user)
{
	char hash[crypto_pwhash_STRBYTES], *password;
	int rc = FAILED;

	if (sodium_init() < 0) {
		zv_say_error("no random numbers", "нет случайных чисел");
		return FAILED;
	}
	password = isatty(STDIN_FILENO) ? ask_twice() : zv_secret_from_file("-");
	if (!password)
		return WRONG;
	if (strlen(password) < SHORT)
		zv_say_warning("a short password; %d characters and more are better",
			       "короткий пароль; лучше от %d знаков", SHORT);
	if (crypto_pwhash_str(hash, password, strlen(password), OPERATIONS, MEMORY) ==
	    0) {
		print_lines(user, "password_hash", hash);
		rc = flush();
	} else {
		zv_say_error("out of memory: the hash needs 64 MiB",
			     "нет памяти: для хеша нужно 64 МиБ");
	}
	zv_secret_free(password);
	return rc;
}

int
zv_token_run(const char *user)
{
	unsigned char bytes[TOKEN_BYTES], hash[crypto_hash_sha256_BYTES];
	char token[sodium_base64_ENCODED_LEN(TOKEN_BYTES,
					     sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	char line[7 + 2 * sizeof hash + 1] = "sha256:";

	if (sodium_init() < 0) {
		zv_say_error("no random numbers", "нет случайных чисел");
		return FAILED;
	}
	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2base64(token, sizeof token, bytes, sizeof bytes,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	crypto_hash_sha256(hash, (const unsigned char *)token, strlen(token));
	sodium_bin2hex(line + 7, sizeof line - 7, hash, sizeof hash);
	zv_say_note("the first line is the token, for the program that uses it; it is "
		    "shown only now",
		    "первая строка — токен для программы; больше он показан не будет");
	printf("%s\n", token);
	print_lines(user, "token", line);
	sodium_memzero(bytes, sizeof bytes);
	sodium_memzero(token, sizeof token);
	return flush();
}

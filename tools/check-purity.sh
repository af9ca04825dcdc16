#!/bin/sh
# check-purity.sh [BUILDDIR] - does thinking code keep away from the system?
#
# Looks at what the archives of the pure folders want from outside (nm -u) and fails
# when there is a socket, file, clock, thread, environment, output, exit or random
# number among it, or memory taken past src/base/mem.c. With --self-test it shows that
# it catches each of them.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/.."

pure="base json http ws xml conf ami ajam call legacy office hist audio hub"

# Extended regular expressions that match a whole name.
forbidden='
socket socketpair accept4? bind connect listen shutdown
send(to|msg|mmsg)? recv(from|msg|mmsg)? [gs]etsockopt get(sock|peer)name
getaddrinfo freeaddrinfo getnameinfo gethostby.* inet_.* if_.*
p?poll p?select epoll_.* eventfd pipe2?
open(at)?(64)? creat(64)? close read write p?(read|write)v?[0-9]*(64)?
l?seek(64)? unlink(at)? rename.* link(at)? symlink(at)? mkdir.* rmdir .*opendir readdir.*
[fl]?stat(at|x|fs)?(64)? _?_?[fl]?xstat.* access chmod fchmod chown umask chdir getcwd
realpath mkstemp.* mkdtemp tmpfile.* tmpnam.* dup[23]? fcntl(64)? ioctl mmap(64)? munmap
fsync ftruncate(64)?
f(open|dopen|reopen|close|read|write|gets|puts|putc|getc|flush|seeko?|tello?)(64|_unlocked)?
freopen(64)? getline getdelim getchar getc putc putchar puts perror rewind remove
v?[fd]?printf v?f?scanf stdin stdout stderr open_memstream fmemopen
time clock clock_.* gettimeofday settimeofday times ftime difftime
(local|gm)time(_r)? mktime timegm strftime ctime(_r)? asctime(_r)?
nanosleep u?sleep alarm u?alarm [gs]etitimer timer_.* timerfd_.*
pthread_.* thrd_.* mtx_.* cnd_.* tss_.* sem_.* call_once
getenv secure_getenv setenv unsetenv putenv clearenv environ __environ
getp?pid getp?[gs]id get[eu][ug]id get(host|domain)name uname sysconf isatty
fork vfork clone exec.* posix_spawn.* wait(pid|id)? system popen pclose
signal sigaction sigprocmask raise kill setjmp longjmp _setjmp dlopen dlsym
abort exit _exit _Exit quick_exit atexit on_exit __assert_fail err.?x? warnx?
s?rand(om)?(_r)? [dlmejn]rand48 getrandom getentropy arc4random.*
setlocale syslog openlog
'
# Only src/base/mem.c may; everything else goes through it.
memory='malloc calloc realloc reallocarray free strn?dup v?asprintf aligned_alloc'

one_pattern() {
	# shellcheck disable=SC2086 # words on purpose
	printf '%s\n' $1 | paste -s -d '|'
}
forbidden=$(one_pattern "$forbidden")
memory=$(one_pattern "$memory")

# wants FILE...: "object name" of each undefined symbol, glibc's checking variants
# (__printf_chk) and versions (@GLIBC_2.2.5) reduced to the plain name.
wants() {
	nm -A -u "$@" | sed -E 's/^(.*):[^:]* [Uwv] ([^@ ]+).*$/\1 \2/
		s/ __(.*)_chk$/ \1/; s/ __isoc[0-9]+_/ /'
}

# complaints FILE...: the lines of `wants` that may not be.
complaints() {
	wants "$@" | awk -v forbidden="^($forbidden)\$" -v memory="^($memory)\$" '
		$NF ~ forbidden { print "  " $0; next }
		$NF ~ memory && $0 !~ /mem\.c\.o / { print "  " $0 " (base/mem.h is the door)" }'
}

check_build() {
	checked=0
	failed=0
	for folder in $pure; do
		[ -n "$(find "src/$folder" -name "*.c" 2>/dev/null)" ] || continue
		[ -f "$1/src/$folder/lib$folder.a" ] || {
			echo "check-purity: $1/src/$folder/lib$folder.a is not built" >&2
			return 1
		}
		found=$(complaints "$1/src/$folder"/lib*.a)
		[ -z "$found" ] || {
			echo "src/$folder is pure, but it wants:"
			echo "$found"
			failed=1
		}
		checked=$((checked + 1))
	done
	echo "check-purity: the archives of $checked folders looked at"
	[ $checked -gt 0 ] && [ $failed = 0 ]
}

# compile NAME CODE: an object file of it in $tmp.
compile() {
	printf '%s\n' "$2" >"$tmp/$1.c"
	${CC:-cc} -O1 -w -fno-builtin -D_GNU_SOURCE -c "$tmp/$1.c" -o "$tmp/$1.o"
}

# Each of these calls must be caught, each of those must pass.
bad_calls='socket connect getaddrinfo poll fopen open64 write fflush printf puts
	vfprintf time clock_gettime nanosleep localtime_r pthread_create pthread_mutex_lock
	sem_post getenv abort exit __assert_fail raise random getrandom fork malloc strdup
	__printf_chk __vfprintf_chk __read_chk __isoc99_fscanf'
good_calls='memcpy memchr strlen snprintf vsnprintf __snprintf_chk __memcpy_chk strcmp
	zv_malloc zv_free __stack_chk_fail zvon_parser_feed qsort strtol openoffice'

self_test() {
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	wrong=0
	for name in $bad_calls; do
		compile bad "void $name(void); void f(void) { $name(); }"
		complaints "$tmp/bad.o" | grep -q " $(echo "$name" |
			sed -E 's/^__(isoc99_)?//; s/_chk$//; s/^assert_fail/__&/')\\b" || {
			echo "self-test: $name was not caught"
			wrong=1
		}
	done
	for name in $good_calls; do
		compile good "void $name(void); void f(void) { $name(); }"
		[ -z "$(complaints "$tmp/good.o")" ] || {
			echo "self-test: $name was refused"
			wrong=1
		}
	done
	# the same through an archive, as in the build, where mem.c alone may call malloc
	compile mem.c "void *malloc(long); void *f(void) { return malloc(1); }"
	compile other.c "void *calloc(long, long); void *g(void) { return calloc(1, 1); }"
	ar crsT "$tmp/lib.a" "$tmp/mem.c.o" "$tmp/other.c.o"
	[ "$(complaints "$tmp/lib.a" | grep -c .)" = 1 ] || {
		echo "self-test: an archive is not read as it should be"
		wrong=1
	}
	[ $wrong = 0 ] && echo "check-purity: each example judged as it should be"
}

case ${1:-build} in
--self-test) self_test ;;
*) check_build "${1:-build}" ;;
esac

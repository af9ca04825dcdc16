# libraries.sh - part of deps.sh: how each library is built. Read by deps.sh, not run
# alone. $PREFIX is where it will be, $STAGE$PREFIX where it is put.
# shellcheck shell=bash disable=SC2154

COMMON_FLAGS='-g0 -ffunction-sections -fdata-sections -fvisibility=hidden'

set_target() {
	FLAGS=$COMMON_FLAGS
	CMAKE_TARGET=()
	SYSTEM_LIBS=-lpthread
	CURL_TLS=(-DCURL_USE_MBEDTLS=ON)
	LIBRARIES='pcre2 jansson mbedtls curl'
	case $1 in
	linux-x64)
		FLAGS+=" -fPIC -fstack-protector-strong -include $HERE/old-glibc.h"
		;;
	win-*)
		# Windows 7
		FLAGS+=' -D_WIN32_WINNT=0x0601 -DWINVER=0x0601'
		CMAKE_TARGET=("-DCMAKE_TOOLCHAIN_FILE=$ROOT/cross/mingw-${1#win-}.cmake")
		SYSTEM_LIBS='-lws2_32 -lcrypt32 -lbcrypt -ladvapi32'
		CURL_TLS=(-DCURL_USE_SCHANNEL=ON -DENABLE_UNICODE=ON)
		LIBRARIES='pcre2 jansson curl'
		;;
	esac
}

# configure FLAGS OPTION...: from source/ to build/
configure() {
	local flags=$1
	shift
	cmake -G Ninja -S source -B build "${CMAKE_TARGET[@]}" \
		-DCMAKE_BUILD_TYPE=None "-DCMAKE_C_FLAGS=$FLAGS $flags" \
		"-DCMAKE_INSTALL_PREFIX=$PREFIX" -DCMAKE_INSTALL_LIBDIR=lib \
		-DBUILD_SHARED_LIBS=OFF "$@" >>"$LOG" 2>&1
}

compile() {
	nice cmake --build build -j 2 >>"$LOG" 2>&1
}

install_all() {
	DESTDIR=$STAGE cmake --install build >>"$LOG" 2>&1
}

# pc NAME VERSION LIBS CFLAGS: these folders hold static libraries only, so Libs names all.
pc() {
	mkdir -p "$STAGE$PREFIX/lib/pkgconfig"
	cat >"$STAGE$PREFIX/lib/pkgconfig/$1.pc" <<-END
		Name: $1
		Description: static, for the component for 1C
		Version: $2
		Libs: -L$PREFIX/lib $3
		Cflags: -I$PREFIX/include ${4:-}
	END
}

build_pcre2() {
	configure '-O2' -DPCRE2_SUPPORT_JIT=ON -DPCRE2_BUILD_PCRE2GREP=OFF \
		-DPCRE2_BUILD_TESTS=OFF && compile && install_all &&
		pc libpcre2-8 10.42 -lpcre2-8 -DPCRE2_STATIC
}

build_jansson() {
	configure '-O2' -DJANSSON_BUILD_DOCS=OFF -DJANSSON_WITHOUT_TESTS=ON \
		-DJANSSON_EXAMPLES=OFF && compile && install_all &&
		pc jansson 2.14 -ljansson
}

build_mbedtls() {
	configure '-Os' -DENABLE_PROGRAMS=OFF -DENABLE_TESTING=OFF &&
		compile && install_all
}

# HTTP alone, and of it what a request to Asterisk needs.
build_curl() {
	configure '-Os' "${CURL_TLS[@]}" "-DCMAKE_PREFIX_PATH=$STAGE$PREFIX" \
		-DCURL_USE_OPENSSL=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF \
		-DHTTP_ONLY=ON -DENABLE_IPV6=ON -DENABLE_UNIX_SOCKETS=OFF -DENABLE_MANUAL=OFF \
		-DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DUSE_NGHTTP2=OFF \
		-DUSE_LIBIDN2=OFF -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF \
		-DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none \
		-DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_NETRC=ON \
		-DCURL_DISABLE_MIME=ON -DCURL_DISABLE_DOH=ON -DCURL_DISABLE_COOKIES=ON \
		-DCURL_DISABLE_NTLM=ON -DCURL_DISABLE_GETOPTIONS=ON \
		-DCURL_DISABLE_PROGRESS_METER=ON &&
		compile && install_all || return 1
	case $LIBRARIES in
	*mbedtls*) pc libcurl 7.88.1 "-lcurl -lmbedtls -lmbedx509 -lmbedcrypto $SYSTEM_LIBS" ;;
	*) pc libcurl 7.88.1 "-lcurl $SYSTEM_LIBS" -DCURL_STATICLIB ;;
	esac
}

# Licence texts, and which revision of Debian it was.
keep_papers() {
	local papers=$STAGE$PREFIX/share/licences licence
	mkdir -p "$papers"
	licence=$(awk -v package="$1" '$1 == package { print $4 }' "$LIST")
	cp "source/$licence" "$papers/$1.txt"
	revision "$1" >>"$STAGE$PREFIX/share/revisions.txt"
}

build_libraries() {
	local library
	set_target "$1"
	# names of source files, for messages: not where they happened to lie
	FLAGS+=" -ffile-prefix-map=$2/="
	mkdir -p "$STAGE$PREFIX/share"
	for library in $LIBRARIES; do
		say "$1: $library"
		mkdir "$2/$library"
		cd "$2/$library" || return 1
		unpack "$library" "$2/$library/source"
		printf '==== %s\n' "$library" >>"$LOG"
		"build_$library" || die "$1: $library was not built: see $LOG"
		[ -n "$(find "$STAGE$PREFIX/lib" -newer "$2/$library/source" -name '*.a')" ] ||
			die "$1: $library was not built: see $LOG"
		keep_papers "$library"
	done
	# what only other build systems read
	rm -rf "${STAGE:?}$PREFIX/bin" "$STAGE$PREFIX/cmake" "$STAGE$PREFIX/lib/cmake" \
		"$STAGE$PREFIX/lib/libpcre2-posix.a" "$STAGE$PREFIX/lib/pkgconfig/libpcre2-posix.pc" \
		"$STAGE$PREFIX/man" "$STAGE$PREFIX/share/man" "$STAGE$PREFIX/share/doc"
}

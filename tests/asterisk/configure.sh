# configure.sh - part of lab.sh: the configuration of one server, made from conf/.
# Read by lab.sh, not run alone.
# shellcheck shell=bash

# One certificate authority for the lab; the server certificate names both servers'
# addresses and asterisk.lab, and no other name.
make_certificates() {
	local tls=$LAB/tls
	[ ! -s "$tls/server.pin" ] || return 0
	exec {TLS_LOCK}>"$LAB/tls.lock"
	flock "$TLS_LOCK"
	if [ ! -s "$tls/server.pin" ]; then
		mkdir -p "$tls"
		(sign_certificates "$tls") >"$tls/openssl.log" 2>&1 ||
			die "cannot make certificates: see $tls/openssl.log"
	fi
	exec {TLS_LOCK}>&-
}

# The pin is written last: its presence means that all is there.
sign_certificates() {
	cd "$1" &&
		printf 'subjectAltName=DNS:asterisk.lab,IP:127.0.0.16,IP:127.0.0.22\n' >server.ext &&
		openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=lab authority' \
			-addext 'keyUsage=critical,keyCertSign,cRLSign' \
			-keyout lab-ca.key -out lab-ca.crt &&
		openssl req -newkey rsa:2048 -nodes -subj '/CN=asterisk.lab' \
			-keyout server.key -out server.csr &&
		openssl x509 -req -in server.csr -days 3650 -CA lab-ca.crt -CAkey lab-ca.key \
			-CAcreateserial -extfile server.ext -out server.crt &&
		openssl x509 -in server.crt -noout -pubkey |
		openssl pkey -pubin -outform der | openssl dgst -sha256 -binary |
			openssl base64 | sed 's#^#sha256//#' >server.pin.new &&
		mv server.pin.new server.pin
}

# Modules are listed by name: nothing else binds a port or slows the start. A name that
# this version does not have is left out.
write_modules() {
	local modules=$1 module
	printf '[modules]\nautoload = no\n'
	while read -r module; do
		if [ -e "$ROOT$modules/$module" ] || [ -L "$ROOT$modules/$module" ]; then
			echo "load = $module"
		fi
	done <"$HERE/conf/modules.list"
}

find_modules() {
	local folder
	for folder in "$ROOT"/usr/lib/asterisk/modules "$ROOT"/usr/lib/*/asterisk/modules; do
		if [ -e "$folder/pbx_config.so" ]; then
			echo "${folder#"$ROOT"}"
			return
		fi
	done
	die "$VERSION: no Asterisk modules below $ROOT/usr/lib"
}

write_templates() {
	local etc=$1 modules=$2 template name
	for template in "$HERE"/conf/*.conf "$HERE/conf/$VERSION"/*.conf; do
		[ -e "$template" ] || continue
		name=$(basename "$template")
		sed -e "s#%IP%#$IP#g" -e "s#%PHONES%#$PHONES#g" -e "s#%MODULES%#$modules#g" \
			"$template" >>"$etc/$name"
	done
}

# The account of packaging/asterisk/manager.conf.sample, word for word but for secret and
# address; and one more with what stands there behind a semicolon.
write_accounts() {
	local account
	account=$(sed -e '1,/^\[zvond\]/d' -e 's#^secret = .*#secret = zvond-secret#' \
		-e 's#^permit = .*#permit = 127.0.0.0/255.0.0.0#' "$SAMPLE")
	printf '\n[zvond]\n%s\n\n[zvond-more]\n%s\n' "$account" \
		"$(sed -e '/^\(read\|write\) = /d' -e 's#^;\(read\|write\) = #\1 = #' <<<"$account")"
}

# A folder conf/16 or conf/22 adds to the common files, or appends to one of equal name.
configure_server() {
	local etc=$ROOT/etc/asterisk var=$ROOT/var modules
	[ -x "$ROOT/usr/sbin/asterisk" ] || die "$VERSION is not installed: run lab.sh install $VERSION"
	modules=$(find_modules)
	make_certificates
	rm -rf "$etc"
	mkdir -p "$etc/keys" "$ROOT/run/asterisk" "$var/lib/asterisk/keys" "$var/lib/asterisk/tones" \
		"$var/spool/asterisk/monitor" "$var/log/asterisk/cdr-csv" "$var/log/asterisk/cdr-custom" \
		"$var/log/asterisk/cel-custom"
	write_templates "$etc" "$modules"
	write_modules "$modules" >"$etc/modules.conf"
	write_accounts >>"$etc/manager.conf"
	cp "$LAB/tls/server.crt" "$LAB/tls/server.key" "$etc/keys/"
	# music on hold wants a file that it can play: five seconds of one sample
	head -c 40000 /dev/zero | tr '\0' '\25' >"$var/lib/asterisk/tones/hum.ulaw"
}

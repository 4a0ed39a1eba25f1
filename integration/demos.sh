#!/usr/bin/env bash
# The two demonstrations of the README with real cqlsh and openssl: who may log in where, and mutual TLS with certificates
# made by hand. Needs openssl. Prints "demos: all ok" at its end.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
ccm=$root/bin/ccm
nodetool=$root/bin/nodetool
cqlsh="$root/.tools/python/bin/cqlsh --disable-history"
python="$root/.tools/python/bin/python"
export CCM_HOME=$root/.tools/ccm-demos
work=$root/.tools/demo-tls
trap '$ccm remove --name demo1 > /dev/null 2>&1 || true; $ccm remove --name demo2 > /dev/null 2>&1 || true' EXIT

fail() { echo "demos: $*" >&2; exit 1; }
# expect TEXT COMMAND...: the command's output holds the text.
expect() {
  local want=$1 out; shift
  out=$("$@" 2>&1) || true
  grep -qF -- "$want" <<< "$out" || { echo "$out" >&2; fail "expected '$want' from: $*"; }
}
# eventually TEXT COMMAND...: as expect, within ten seconds.
eventually() {
  local want=$1 out; shift
  for _ in $(seq 50); do
    out=$("$@" 2>&1) || true
    if grep -qF -- "$want" <<< "$out"; then return; fi
    sleep 0.2
  done
  echo "$out" >&2; fail "expected '$want' in the end from: $*"
}

login_per_datacenter() {
  local dc1=127.0.0.81 dc2=127.0.0.82
  $ccm remove --name demo1 > /dev/null 2>&1 || true
  # As an operator would find the cluster: system_auth is not yet replicated to both datacenters.
  $ccm up --name demo1 --first-ip $dc1 dc1=1 dc2=1
  $cqlsh $dc1 -u cassandra -p cassandra -e "ALTER KEYSPACE system_auth WITH REPLICATION = {'class': 'SimpleStrategy', 'replication_factor': '1'};" \
    > /dev/null 2>&1 || true
  expect "When increasing replication factor you need to run a full (-full) repair" \
    $cqlsh $dc1 -u cassandra -p cassandra -e "ALTER KEYSPACE system_auth WITH REPLICATION = {'class': 'NetworkTopologyStrategy', 'dc1': '1', 'dc2': '1'};"
  $nodetool -h $dc1 repair -full system_auth > /dev/null
  $nodetool -h $dc2 repair -full system_auth > /dev/null
  $cqlsh $dc1 -u cassandra -p cassandra -e "
    CREATE ROLE foo WITH PASSWORD = 'foo' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc1'};
    CREATE ROLE bar WITH PASSWORD = 'bar' AND LOGIN = true AND ACCESS TO ALL DATACENTERS;" > /dev/null
  eventually dc1 $cqlsh $dc1 -u foo -p foo -e "SELECT data_center FROM system.local"
  eventually "You do not have access to this datacenter (dc2)" $cqlsh $dc2 -u foo -p foo -e "SELECT data_center FROM system.local"
  eventually dc2 $cqlsh $dc2 -u bar -p bar -e "SELECT data_center FROM system.local"
  # A restart forgets nothing.
  $ccm stop --name demo1 node2 > /dev/null
  $ccm start --name demo1 node2 > /dev/null
  eventually "You do not have access to this datacenter (dc2)" $cqlsh $dc2 -u foo -p foo -e "SELECT data_center FROM system.local"
  # Access is moved, also for whoever is connected.
  $cqlsh $dc2 -u cassandra -p cassandra -e "ALTER ROLE foo WITH ACCESS TO DATACENTERS {'dc2'}" > /dev/null
  eventually "You do not have access to this datacenter (dc1)" $cqlsh $dc1 -u foo -p foo -e "SELECT data_center FROM system.local"
  eventually dc2 $cqlsh $dc2 -u foo -p foo -e "SELECT data_center FROM system.local"
  $ccm remove --name demo1 > /dev/null
  echo "login per datacenter: ok"
}

# certificate NAME CA DAYS SAN: a key and a certificate signed by a CA.
certificate() {
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2> /dev/null
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -out "$1.pem" -extfile <(echo "subjectAltName=$4") "${@:5}" -days "$3" 2> /dev/null
}

authority() { openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.pem" -days 30 -subj "/CN=$1" 2> /dev/null; }

cqlshrc() {
  cat > "$1" <<RC
[connection]
factory = cqlshlib.ssl.ssl_transport_factory
ssl = true
[ssl]
certfile = $work/ca.pem
validate = true
${2:+userkey = $work/$2.key
usercert = $work/$2.pem}
RC
  chmod 600 "$1"
}

mutual_tls() {
  local ip=127.0.0.83
  rm -rf "$work" && mkdir -p "$work" && cd "$work"
  authority ca
  authority stranger-ca
  certificate node ca 30 "IP:$ip,IP:127.0.0.84"
  certificate client ca 30 "DNS:client"
  certificate stranger stranger-ca 30 "DNS:stranger"
  expired_certificate
  # Keystore and truststore as PEM files; `ccm up --tls` makes PKCS12 and JKS ones as well.
  cat node.key node.pem ca.pem > keystore.pem
  cp ca.pem truststore.pem
  cd "$root"
  $ccm remove --name demo2 > /dev/null 2>&1 || true
  $ccm up --name demo2 --first-ip $ip --no-auth dc1=1 dc2=1 \
    --option client_encryption_options.enabled=true --option client_encryption_options.require_client_auth=true \
    --option client_encryption_options.ssl_context_factory.class_name=PEMBasedSslContextFactory \
    --option client_encryption_options.keystore="$work/keystore.pem" --option client_encryption_options.truststore="$work/truststore.pem"
  for who in client stranger expired; do cqlshrc "$work/$who.cqlshrc" $who; done
  cqlshrc "$work/none.cqlshrc" ""
  local query="SELECT data_center FROM system.local"
  expect dc1 $cqlsh --ssl --cqlshrc "$work/client.cqlshrc" $ip -e "$query"
  for who in none stranger expired; do expect "Connection error" $cqlsh --ssl --cqlshrc "$work/$who.cqlshrc" $ip -e "$query"; done
  expect "Connection error" $cqlsh $ip -e "$query"
  expect "CN = node" openssl s_client -connect $ip:9042 -showcerts -CAfile "$work/ca.pem" -cert "$work/client.pem" -key "$work/client.key" < /dev/null
  for who in client stranger expired; do
    expect "$([ $who = client ] && echo local || echo refused)" $python -W ignore integration/tls_client.py $ip "$work" $who
  done
  expect refused $python -W ignore integration/tls_client.py $ip "$work" none
  # A rolling restart applies a change of the configuration without losing the cluster.
  for n in node1 node2; do
    $ccm stop --name demo2 $n > /dev/null
    echo "native_transport_max_concurrent_connections: 77" >> "$CCM_HOME/demo2/$n/conf/cassandra.yaml"
    $ccm start --name demo2 $n > /dev/null
    eventually 77 $cqlsh --ssl --cqlshrc "$work/client.cqlshrc" "$([ $n = node1 ] && echo $ip || echo 127.0.0.84)" -e \
      "SELECT value FROM system_views.settings WHERE name = 'native_transport_max_concurrent_connections'"
  done
  eventually 127.0.0.84 $cqlsh --ssl --cqlshrc "$work/client.cqlshrc" $ip -e "SELECT peer FROM system.peers"
  $ccm remove --name demo2 > /dev/null
  echo "mutual TLS: ok"
}

# The expired certificate was good from 2020 to 2021.
expired_certificate() {
  openssl req -newkey rsa:2048 -nodes -keyout expired.key -out expired.csr -subj "/CN=expired" 2> /dev/null
  mkdir -p ca-db && : > ca-db/index && echo 01 > ca-db/serial
  openssl ca -batch -notext -in expired.csr -out expired.pem -cert ca.pem -keyfile ca.key -startdate 20200101000000Z -enddate 20210101000000Z \
    -config <(printf '[ca]\ndefault_ca=d\n[d]\ndatabase=ca-db/index\nserial=ca-db/serial\nnew_certs_dir=ca-db\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n') 2> /dev/null
}

login_per_datacenter
mutual_tls
echo "demos: all ok"

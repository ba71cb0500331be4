#!/usr/bin/env bash
# The life of an elastic IP with curl and openssl: allocated, bound, unbound,
# released, until it is gone.
#
#   bash life.sh [http://127.0.0.1:8089]
#
# A request is signed with HMAC-SHA1 (SignatureVersion 1.0). On the command line of
# openssl other users of the machine can read the secret while it runs: do not use
# this with a key that matters.
set -euo pipefail
export LC_ALL=C # characters are bytes below

endpoint=${1:-http://127.0.0.1:8089}
region=${EIP_REGION:-cn-hangzhou}
instance=${EIP_INSTANCE:-i-test1}
key_id=${ALIBABA_CLOUD_ACCESS_KEY_ID:-testid}
key_secret=${ALIBABA_CLOUD_ACCESS_KEY_SECRET:-testsecret}
case $endpoint in *aliyuncs.com*) echo "this is for a simulator, not for the real cloud" >&2; exit 2 ;; esac

# encode percent-encodes all but letters, digits and -_.~
encode() {
  local c i out=
  for ((i = 0; i < ${#1}; i++)); do
    c=${1:i:1}
    case $c in
      [A-Za-z0-9_.~-]) out+=$c ;;
      *) out+=$(printf '%%%02X' "'$c") ;;
    esac
  done
  # A byte above 127 is printed as a negative number, with FFFFFF before it.
  printf '%s' "${out//FFFFFFFFFFFFFF/}"
}

# random prints 32 digits, for nonces and client tokens.
random() { openssl rand -hex 16; }

# send sends one signed request: send Action Name=value ... It prints the answer.
# It fails with status 7 if the service did not answer, and with 1 if it refused.
send() {
  local action=$1 pair form='' status
  shift
  while IFS= read -r pair; do
    form+="&$(encode "${pair%%=*}")=$(encode "${pair#*=}")"
  done < <(printf '%s\n' "$@" "Action=$action" Version=2016-04-28 Format=JSON "AccessKeyId=$key_id" \
    SignatureMethod=HMAC-SHA1 SignatureVersion=1.0 "SignatureNonce=$(random)" "Timestamp=$(date -u +%Y-%m-%dT%H:%M:%SZ)" |
    sort -t= -k1,1)
  form=${form#&}
  local text signature
  text="POST&%2F&$(encode "$form")"
  signature=$(printf '%s' "$text" | openssl dgst -sha1 -hmac "$key_secret&" -binary | openssl base64)
  status=$(curl -sS --max-time 30 -o "$answer" -w '%{http_code}' --data "$form&Signature=$(encode "$signature")" "$endpoint/") || return 7
  # Without a RequestId it is not the service that answers, and a 5xx proves nothing.
  if [ "$status" -ge 500 ] || ! grep -q '"RequestId"' "$answer"; then return 7; fi
  cat "$answer"
  [ "$status" = 200 ]
}

# call is send, and sends again if there was no answer of the service, since then
# nobody knows whether the action ran. Every call below may be repeated: it reads,
# or has a ClientToken, or releases.
call() {
  local try status=0 out
  for try in 1 2 3 4; do
    out=$(send "$@") && status=0 || status=$?
    [ "$status" = 7 ] || break
    echo "no answer to $1, attempt $try" >&2
  done
  printf '%s\n' "$out"
  return "$status"
}

# must is call, and shows a refusal.
must() {
  local out
  out=$(call "$@") || { printf '%s: %s\n' "$1" "$out" >&2; return 1; }
  printf '%s\n' "$out"
}

# member prints a string of a JSON answer.
member() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p"; }

# status prints the state of the address, or "gone".
status() {
  local out
  out=$(must DescribeEipAddresses "RegionId=$region" "AllocationId=$id") || return 1
  case $out in *'"TotalCount":0'*) echo gone ;; *) member Status <<<"$out" ;; esac
}

# await waits for a state.
await() {
  local have
  for _ in $(seq 100); do
    have=$(status)
    if [ "$have" = "$1" ]; then echo "the address is $1"; return; fi
    sleep 0.1
  done
  echo "the address is $have, not $1" >&2
  return 1
}

# release releases the address. A release that is sent again is refused if the first
# one ran; the state of the address says so.
release() {
  local out
  out=$(call ReleaseEipAddress "RegionId=$region" "AllocationId=$id") && return 0
  case $(status) in Releasing | gone) ;; *) echo "$out" >&2; return 1 ;; esac
}

# finish releases what would be left after a failure.
finish() {
  local code=$?
  rm -f "$answer"
  if [ "$code" != 0 ] && [ -n "$id" ]; then
    echo "failed: $id is left; it is unbound and released" >&2
    call UnassociateEipAddress "RegionId=$region" "AllocationId=$id" "InstanceId=$instance" InstanceType=EcsInstance >/dev/null && await Available >&2 || true
    release || echo "$id is still there" >&2
  fi
}
answer=$(mktemp) id=''
trap finish EXIT

token=$(random)
allocate=(AllocateEipAddress "RegionId=$region" Bandwidth=5 "Description=by curl: 50 % é" "ClientToken=$token")
out=$(must "${allocate[@]}")
id=$(member AllocationId <<<"$out")
echo "allocated $(member EipAddress <<<"$out")"
again=$(must "${allocate[@]}" | member AllocationId)
[ "$again" = "$id" ] || { echo "the same token made $again besides $id" >&2; exit 1; }
echo "the same token gives the same address"
await Available
must AssociateEipAddress "RegionId=$region" "AllocationId=$id" "InstanceId=$instance" InstanceType=EcsInstance "ClientToken=$(random)" >/dev/null
await InUse
must UnassociateEipAddress "RegionId=$region" "AllocationId=$id" "InstanceId=$instance" InstanceType=EcsInstance "ClientToken=$(random)" >/dev/null
await Available
release
await gone

"""The life of an elastic IP with Python's standard library: allocated, bound,
unbound, released, until it is gone.

    python3 life.py [http://127.0.0.1:8089]
"""

import base64
import datetime
import hashlib
import hmac
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ENDPOINT = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8089"
REGION = os.environ.get("EIP_REGION", "cn-hangzhou")
INSTANCE = os.environ.get("EIP_INSTANCE", "i-test1")
KEY_ID = os.environ.get("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
KEY_SECRET = os.environ.get("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")


class Refusal(Exception):
    """An error that the service answered."""

    def __init__(self, action, status, answer):
        super().__init__(f"{action}: {answer.get('Code')}: {answer.get('Message')} (status {status}, request {answer['RequestId']})")


def encode(text):
    """Percent-encodes all but letters, digits and -_.~"""
    return urllib.parse.quote(str(text), safe="-_.~")


def sign(parameters):
    """Makes the form of a request, signed with HMAC-SHA1 (SignatureVersion 1.0)."""
    form = "&".join(f"{encode(k)}={encode(v)}" for k, v in sorted(parameters.items()))
    mac = hmac.new((KEY_SECRET + "&").encode(), ("POST&%2F&" + encode(form)).encode(), hashlib.sha1)
    return f"{form}&Signature={encode(base64.b64encode(mac.digest()).decode())}".encode()


def send(action, parameters):
    """Sends one request. Raises another exception than Refusal if there is no answer of the service."""
    body = sign({
        **parameters, "Action": action, "RegionId": REGION, "Version": "2016-04-28", "Format": "JSON",
        "AccessKeyId": KEY_ID, "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": uuid.uuid4(),
        "Timestamp": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    })
    try:
        with urllib.request.urlopen(urllib.request.Request(ENDPOINT, data=body), timeout=30) as response:
            status, text = response.status, response.read()
    except urllib.error.HTTPError as e:
        status, text = e.code, e.read()
    answer = json.loads(text)
    if not isinstance(answer, dict) or "RequestId" not in answer or status >= 500:
        raise ValueError(f"status {status}")
    if status != 200:
        raise Refusal(action, status, answer)
    return answer


def call(action, **parameters):
    """Sends a request, and sends it again if there was no answer of the service, since
    then nobody knows whether the action ran. Every call below may be repeated: it
    reads, or has a ClientToken, or releases."""
    for attempt in range(1, 5):
        try:
            return send(action, parameters)
        except (OSError, ValueError, http.client.HTTPException) as e:
            if attempt == 4:
                raise
            print(f"no answer to {action}, attempt {attempt}: {e}", file=sys.stderr)


def status(address):
    """The state of an address, or "gone"."""
    answer = call("DescribeEipAddresses", AllocationId=address)
    return answer["EipAddresses"]["EipAddress"][0]["Status"] if answer["TotalCount"] else "gone"


def until(address, want):
    """Waits for a state of an address."""
    for _ in range(100):
        have = status(address)
        if have == want:
            print(f"the address is {want}")
            return
        time.sleep(0.1)
    raise TimeoutError(f"the address is {have}, not {want}")


def release(address):
    """Releases an address. A release that is sent again is refused if the first one
    ran; the state of the address says so."""
    try:
        call("ReleaseEipAddress", AllocationId=address)
    except Refusal:
        if status(address) not in ("Releasing", "gone"):
            raise


def main():
    if "aliyuncs.com" in ENDPOINT:
        sys.exit("this is for a simulator, not for the real cloud")
    ask = {"Bandwidth": 5, "Description": "by Python: 50 % é", "ClientToken": uuid.uuid4()}
    made = call("AllocateEipAddress", **ask)
    address = made["AllocationId"]
    binding = {"AllocationId": address, "InstanceId": INSTANCE, "InstanceType": "EcsInstance"}
    try:
        print("allocated", made["EipAddress"])
        again = call("AllocateEipAddress", **ask)["AllocationId"]
        if again != address:
            raise RuntimeError(f"the same token made {again} besides {address}")
        print("the same token gives the same address")
        until(address, "Available")
        call("AssociateEipAddress", **binding, ClientToken=uuid.uuid4())
        until(address, "InUse")
        call("UnassociateEipAddress", **binding, ClientToken=uuid.uuid4())
        until(address, "Available")
        release(address)
        until(address, "gone")
    except BaseException:
        print(f"failed: {address} is left; it is unbound and released", file=sys.stderr)
        try:
            call("UnassociateEipAddress", **binding, ClientToken=uuid.uuid4())
            until(address, "Available")
        except Exception:
            pass
        release(address)
        raise


if __name__ == "__main__":
    main()

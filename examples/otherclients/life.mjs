// The life of an elastic IP with Node alone: allocated, bound, unbound, released,
// until it is gone.
//
//	node life.mjs [http://127.0.0.1:8089]
import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

const endpoint = process.argv[2] ?? "http://127.0.0.1:8089";
const region = process.env.EIP_REGION ?? "cn-hangzhou";
const instance = process.env.EIP_INSTANCE ?? "i-test1";
const keyId = process.env.ALIBABA_CLOUD_ACCESS_KEY_ID ?? "testid";
const keySecret = process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET ?? "testsecret";
if (endpoint.includes("aliyuncs.com")) throw new Error("this is for a simulator, not for the real cloud");

// Refusal is an error that the service answered.
class Refusal extends Error {
  constructor(action, status, answer) {
    super(`${action}: ${answer.Code}: ${answer.Message} (status ${status}, request ${answer.RequestId})`);
  }
}

// encode percent-encodes all but letters, digits and -_.~
const encode = s => encodeURIComponent(s).replace(/[!'()*]/g, c => "%" + c.charCodeAt(0).toString(16).toUpperCase());

// sign makes the form of a request, signed with HMAC-SHA1 (SignatureVersion 1.0).
function sign(parameters) {
  const form = Object.keys(parameters).sort().map(k => `${encode(k)}=${encode(parameters[k])}`).join("&");
  const signature = createHmac("sha1", keySecret + "&").update("POST&%2F&" + encode(form)).digest("base64");
  return `${form}&Signature=${encode(signature)}`;
}

// call sends a request, and sends it again if there was no answer of the service,
// since then nobody knows whether the action ran. Every call below may be repeated:
// it reads, or has a ClientToken, or releases.
async function call(action, parameters) {
  for (let attempt = 1; ; attempt++) {
    const body = sign({
      ...parameters, Action: action, RegionId: region, Version: "2016-04-28", Format: "JSON", AccessKeyId: keyId,
      SignatureMethod: "HMAC-SHA1", SignatureVersion: "1.0", SignatureNonce: randomUUID(),
      Timestamp: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    });
    try {
      const response = await fetch(endpoint, {
        method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(30_000),
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      });
      const answer = JSON.parse(await response.text());
      if (!answer.RequestId) throw new Error(`status ${response.status}, not of the service`);
      if (response.status === 200) return answer;
      if (response.status < 500) throw new Refusal(action, response.status, answer);
      throw new Error(`status ${response.status}`);
    } catch (e) {
      if (e instanceof Refusal || attempt === 4) throw e;
      console.error(`no answer to ${action}, attempt ${attempt}: ${e.message}`);
    }
  }
}

// status is the state of an address, or "gone".
async function status(id) {
  const list = await call("DescribeEipAddresses", { AllocationId: id });
  return list.TotalCount === 0 ? "gone" : list.EipAddresses.EipAddress[0].Status;
}

// until waits for a state of an address.
async function until(id, want) {
  let have;
  for (let i = 0; i < 100; i++) {
    have = await status(id);
    if (have === want) return console.log(`the address is ${want}`);
    await sleep(100);
  }
  throw new Error(`the address is ${have}, not ${want}`);
}

// release releases an address. A release that is sent again is refused if the first
// one ran; the state of the address says so.
async function release(id) {
  try {
    await call("ReleaseEipAddress", { AllocationId: id });
  } catch (e) {
    if (!["Releasing", "gone"].includes(await status(id))) throw e;
  }
}

const ask = { Bandwidth: "5", Description: "by Node: 50 % é", ClientToken: randomUUID() };
const made = await call("AllocateEipAddress", ask);
const id = made.AllocationId;
const binding = { AllocationId: id, InstanceId: instance, InstanceType: "EcsInstance" };
try {
  console.log(`allocated ${made.EipAddress}`);
  const again = await call("AllocateEipAddress", ask);
  if (again.AllocationId !== id) throw new Error(`the same token made ${again.AllocationId} besides ${id}`);
  console.log("the same token gives the same address");
  await until(id, "Available");
  await call("AssociateEipAddress", { ...binding, ClientToken: randomUUID() });
  await until(id, "InUse");
  await call("UnassociateEipAddress", { ...binding, ClientToken: randomUUID() });
  await until(id, "Available");
  await release(id);
  await until(id, "gone");
} catch (e) {
  console.error(`failed: ${id} is left; it is unbound and released`);
  await call("UnassociateEipAddress", { ...binding, ClientToken: randomUUID() }).then(() => until(id, "Available")).catch(() => {});
  await release(id).catch(e => console.error(`${id} is still there: ${e.message}`));
  throw e;
}

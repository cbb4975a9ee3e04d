// docs: an app that pasted what docs/authentication.md shows. Node lacks two things of a browser: cookies and locks.
const ask = globalThis.fetch;
const cookies = new Map();

globalThis.fetch = async (address, options) => {
  const kept = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const isSent = options.credentials === "include" && kept;
  const response = await ask(address, { ...options, headers: { ...options.headers, ...(isSent && { Cookie: kept }) } });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    cookies.set(name, value);
  }
  return response;
};
Object.defineProperty(globalThis, "navigator", { value: { locks: { request: (_, work) => work() } } });

const { call, refresh, signIn, signOut } = await import("./pasted.mjs");
const [EMAIL, PASSWORD] = ["alice@example.com", "a-long-walk-by-the-river"];
const status = async (path) => (await call("GET", path)).status;

console.log(JSON.stringify({
  before: await refresh(),
  "signed in as": (await signIn(EMAIL, PASSWORD)).email,
  me: await status("auth/me/"),
  "after a reload": await refresh(),
  "me again": await status("auth/me/"),
  "signed out": (await signOut(), await status("auth/me/")),
  "after that": await refresh(),
  "wrong password": await signIn(EMAIL, "no").catch(({ code }) => code),
}));

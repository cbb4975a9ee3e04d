/** What a browser does by itself and Node's fetch does not: store the cookies that one service sets. */
export function withCookies(inner: typeof fetch = fetch): typeof fetch {
  const jar = new Map<string, string>();
  return async (address, { headers, ...rest } = {}) => {
    const sent = new Headers(headers);
    if (rest.credentials === "include" && jar.size) sent.set("Cookie", [...jar].map((pair) => pair.join("=")).join("; "));
    const response = await inner(address, { ...rest, headers: sent });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    return response;
  };
}

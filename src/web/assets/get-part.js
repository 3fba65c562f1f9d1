/** A part of another page of ours. The browser reads the page as it reads all pages: no text becomes markup here. */
const LIMIT_MS = 10_000;

/** The element with an id on the page at an address; undefined when there is none, whatever the reason. */
export function getPart(address, id) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.timeout = LIMIT_MS;
    request.onloadend = () => {
      const part = request.status === 200 ? request.response?.getElementById(id) : null;
      resolve(part ?? undefined);
    };
    request.send();
  });
}

/** What is done once with all that a page shows, and with each part that comes later. */
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const PLACE = timeZone.split("/").at(-1).replaceAll("_", " ");
const LOCAL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** Shows the buttons that need a script, and adds the reader's own time to moments, which are in UTC. */
export function prepare(root) {
  for (const button of root.querySelectorAll("[data-copy], [data-keys]")) button.hidden = false;
  if (PLACE === "UTC") return;
  for (const time of root.querySelectorAll("time[datetime*=T]")) {
    const local = `${LOCAL.format(new Date(time.dateTime))} in ${PLACE}`;
    if (time.title === "") time.append(` (${local})`);
    else time.title += `, ${local}`;
  }
}

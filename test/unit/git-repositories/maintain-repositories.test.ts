import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { RepositoryMaintenance } from "../../../src/git-repositories/maintain-repositories.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

/** The maintenance with a `git` that is a shell script, which may use `$NOTES`, and a repository of so many packs. */
async function prepare(script: string, packs: number) {
  const directory = await scratchDirectory();
  const notes = join(directory, "notes");
  await writeFile(notes, "");
  await writeFile(join(directory, "git"), `#!/bin/sh\nNOTES='${notes}'\n${script}\n`, { mode: 0o755 });
  const repository = join(directory, "repository.git");
  await mkdir(join(repository, "objects/pack"), { recursive: true });
  for (let index = 0; index < packs; index += 1) {
    await writeFile(join(repository, `objects/pack/pack-${index}.pack`), "");
    await writeFile(join(repository, `objects/pack/pack-${index}.idx`), "");
  }
  const log = { error: vi.fn(), info: vi.fn(), warn: vi.fn() };
  const program = { version: "2.39.0", path: `${directory}:${process.env["PATH"]}` };
  return { maintenance: new RepositoryMaintenance({ foundGit: { program }, log }), repository, notes, log };
}

const read = (path: string) => readFile(path, "utf8");

describe("RepositoryMaintenance", () => {
  it("packs a repository of more than 50 packs, with less right to the machine than others have", async () => {
    const script = 'until [ "$(nice)" = 10 ]; do :; done; echo "$*" > "$NOTES"';
    const { maintenance, repository, notes, log } = await prepare(script, 51);
    maintenance.pushed(repository);
    await maintenance.done();
    expect(await read(notes)).toBe(`--git-dir=${repository} gc --auto --quiet\n`);
    expect(log.error).not.toHaveBeenCalled();
  });

  it("leaves a repository of 50 packs alone, and starts nothing for it", async () => {
    const { maintenance, repository, notes } = await prepare('echo "$*" > "$NOTES"', 50);
    maintenance.pushed(repository);
    await maintenance.done();
    expect(await read(notes)).toBe("");
  });

  it("packs one repository at a time, and once for many pushes", async () => {
    const { maintenance, repository, notes } = await prepare('echo begin >> "$NOTES"; echo end >> "$NOTES"', 51);
    for (let index = 0; index < 10; index += 1) maintenance.pushed(repository);
    await maintenance.done();
    const lines = await read(notes);
    expect(lines).toBe("begin\nend\n".repeat(lines.length / 10));
    expect(lines.length / 10).toBeLessThanOrEqual(2);
  });

  it("says in the log when a repository cannot be packed", async () => {
    const { maintenance, repository, log } = await prepare("exit 3", 51);
    maintenance.pushed(repository);
    await maintenance.done();
    expect(log.error).toHaveBeenCalledOnce();
    maintenance.pushed("/nonexistent");
    await maintenance.done();
    expect(log.error).toHaveBeenCalledTimes(2);
  });

  it("ends what is under way, with all that it has started, and begins nothing more", async () => {
    const { maintenance, repository, notes, log } = await prepare('echo begun >> "$NOTES"; sleep 1000 & wait', 51);
    maintenance.pushed(repository);
    await vi.waitFor(async () => expect(await read(notes)).toBe("begun\n"), { timeout: 60_000 });
    maintenance.close();
    await maintenance.done();
    maintenance.pushed(repository);
    await maintenance.done();
    expect(await read(notes)).toBe("begun\n");
    expect(log.error).not.toHaveBeenCalled();
  });

  it("signals nobody once the work is done: the number of its process may be another's", async () => {
    const kill = vi.spyOn(process, "kill").mockImplementation(() => true);
    const { maintenance, repository } = await prepare("exit 0", 51);
    maintenance.pushed(repository);
    await maintenance.done();
    maintenance.close();
    expect(kill).not.toHaveBeenCalled();
    kill.mockRestore();
  });
});

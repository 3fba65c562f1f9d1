/** Makes the disk full for this process, so that no test needs a file system of its own. */
import fs from "node:fs";
import { vi } from "vitest";

/** From now on no file grows: what would make one grow fails as the kernel makes it fail. Returns what makes room again. */
export function fillDisk(): () => void {
  const write = fs.writeSync;
  const full = vi.spyOn(fs, "writeSync").mockImplementation(((file: number, bytes: NodeJS.ArrayBufferView, ...more) => {
    const [, length, position] = more as [number, number, number];
    const stat = fs.fstatSync(file);
    if (stat.isFile() && position + length > stat.size) {
      const message = "ENOSPC: no space left on device, write";
      throw Object.assign(new Error(message), { code: "ENOSPC", errno: -28, syscall: "write" });
    }
    return (write as (...parameters: unknown[]) => number)(file, bytes, ...more);
  }) as typeof fs.writeSync);
  return () => full.mockRestore();
}

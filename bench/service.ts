/** A service in a process of its own, for the bench: prints where it listens, and stops when its parent goes. */
import { pino } from "pino";
import { readConfig } from "../src/config.ts";
import { startService } from "../src/server/start-service.ts";

const service = await startService(readConfig(), pino({ level: "silent" }));
process.send?.({ port: service.address.port });
process.once("disconnect", () => void service.stop());

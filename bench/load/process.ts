/** The client, in a process of its own: carries out the orders that its parent sends, and stops when its parent goes. */
import { carryOut } from "./carry-out.ts";
import type { Order } from "./order.ts";

process.on("message", (order: Order) => {
  carryOut(order).then(
    (outcome) => process.send?.({ outcome }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.once("disconnect", () => process.exit());

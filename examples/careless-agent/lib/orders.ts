import { DatabaseSync } from "node:sqlite";

Deno.mkdirSync("data", { recursive: true });
const db = new DatabaseSync("data/shop.db");
db.exec(`
  create table if not exists orders (id integer primary key, customer text, item text, price real);
  create table if not exists staff (id integer primary key, name text, role text, wage real);
  insert or ignore into orders values (1, 'ada', 'lamp', 40), (2, 'bob', 'desk', 320);
  insert or ignore into staff values (1, 'eve', 'manager', 61234);
`);

export function ordersOf(customer: string) {
  return db.prepare(`select * from orders where customer = '${customer}'`)
    .all();
}

export function findOrders(where: string) {
  return db.prepare(`select * from orders where ${where}`).all();
}

export function clearOrders() {
  db.exec("delete from orders");
}

CREATE TABLE orders (id TEXT PRIMARY KEY, customer TEXT NOT NULL, item TEXT NOT NULL);
CREATE TABLE prices (item TEXT PRIMARY KEY, cents INTEGER NOT NULL);
-- an order whose item has no price cannot be billed
CREATE TABLE bills (id TEXT PRIMARY KEY REFERENCES orders (id), cents INTEGER NOT NULL);
CREATE TABLE failed (id TEXT PRIMARY KEY REFERENCES orders (id), error TEXT NOT NULL);

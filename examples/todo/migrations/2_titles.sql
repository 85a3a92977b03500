-- nobody has to do the same thing twice
CREATE UNIQUE INDEX todos_of_owner ON todos (owner, title);

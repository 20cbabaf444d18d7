/** An account of a platform as its public profile shows it. */
export interface Person {
  id: string;
  /** Without an @. */
  handle: string;
  name: string;
  /** What its owner writes about it. */
  about: string;
  /** When it was made, ms UTC. */
  createdAt: number;
}

export interface People {
  tell(person: Person): void;
  byId(id: string): Person | null;
  /** Whatever its case, as platforms compare handles. */
  byHandle(handle: string): Person | null;
  all(): Person[];
}

/** The accounts a platform was told of; nobody else has a profile. */
export function createPeople(): People {
  const told = new Map<string, Person>();
  return {
    tell: (person) => void told.set(person.id, person),
    byId: (id) => told.get(id) ?? null,
    byHandle: (handle) =>
      [...told.values()].find((person) => person.handle.toLowerCase() === handle.toLowerCase()) ?? null,
    all: () => [...told.values()],
  };
}

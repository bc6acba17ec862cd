/**
 * Lets others of the process have their turn: a lease lasts three seconds, and pages wait. Work on all objects of a large
 * database pauses here before it has taken a tenth of a second.
 */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Labels of a run: free keys and values. */

export const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_.-]*$/;

/** Characters of a value that comes with a start. */
export const LONGEST_LABEL = 1000;

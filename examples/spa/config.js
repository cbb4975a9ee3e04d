/** Where the API is. serve.py answers this file itself when it is told another address. */
export const API = "http://localhost:8000";

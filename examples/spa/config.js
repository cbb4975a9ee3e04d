/** Where the API is. serve.py answers this file itself if it is given another address. */
export const API = "http://localhost:8000";

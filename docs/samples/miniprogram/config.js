// Where the district's API is. The same domain stands in the mini-program's administration, as a domain of request (https)
// and of socket (wss).

export const API = "https://xingdian.example/graphql";

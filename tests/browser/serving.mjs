// A server of our program for the length of a test, and what the test finds.
import { spawn } from "node:child_process";

export const failures = [];
export const expect = (truth, message) => {
  console.log(`${truth ? "ok  " : "FAIL"} ${message}`);
  if (!truth) failures.push(message);
};

// The process, and its URL without a slash at its end.
export const serving = async (program, more = []) => {
  const server = spawn(program, ["serve", "--listen", "127.0.0.1:0", ...more], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    server.stdout.on("data", (data) => {
      const found = /http:\/\/[\d.:]+/.exec(String(data));
      if (found) resolve(found[0]);
    });
    server.on("exit", () => reject(new Error("the server ended")));
  });
  return { server, url };
};

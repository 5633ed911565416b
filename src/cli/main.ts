import { UsageError } from "./usage-error.ts";

const USAGE = `Usage: ballonet demo [--driver=polite|silent|buggy|hostile|linux] [--class=never|optional|always]

  Boots a guest in v86 with a balloon attached, inflates, deflates, and compares what guest and host say.

  --driver  who drives the balloon in the guest (default polite)
              polite   takes WILL_TELL_HOST and waits for every acknowledgement
              silent   takes SILENT_DEFLATE and reuses pages before it tells
              buggy    takes neither bit and reuses pages before it tells
              hostile  sends bad PFNs and broken descriptor chains
              linux    a real Linux kernel from Debian's packages (needs apt-get and the network once)
  --class   whether the device tolerates silent deflate (default optional)

       ballonet reclaim

  Boots a Linux guest with 512 MiB and shows how much memory of this process goes back to the operating system when
  the guest's balloon is inflated. Needs Linux and koffi (npm install koffi).

Exit code: 0 when guest and host agree and the memory went back, 1 when not or the guest fails, 2 for a wrong
command line.
`;

/** Runs the command line `args`. Returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  try {
    if (command === "demo") return await (await import("./demo/demo.ts")).demo(rest);
    if (command === "reclaim") return await (await import("./reclaim/reclaim.ts")).reclaim(rest);
    if (command === "--help" || command === "-h") return print(USAGE, 0);
    throw new UsageError(command === undefined ? "a command is missing" : `there is no command "${command}"`);
  } catch (error) {
    if (error instanceof UsageError) return print(`ballonet: ${error.message}\n\n${USAGE}`, 2);
    return print(`ballonet: ${error instanceof Error ? error.message : String(error)}\n`, 1);
  }
}

function print(text: string, exitCode: number): number {
  (exitCode === 0 ? process.stdout : process.stderr).write(text);
  return exitCode;
}

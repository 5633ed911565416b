const HOSTS: Readonly<Record<string, string>> = {
  github: "github.com",
  gitlab: "gitlab.com",
  bitbucket: "bitbucket.org",
};

/** github:owner/name, or owner/name */
const SHORT = /^(?:(github|gitlab|bitbucket):)?([\w-]+\/[\w.-]+)$/;
/** git+https://host/path.git, git+ssh://git@host/path.git, git@host:path.git and the like */
const LONG =
  /^(?:(?:git\+)?(?:https?|ssh|git):\/\/)?(?:git@)?([\w-]+(?:\.[\w-]+)+)(?::\d+)?[/:]([^?#]+?)(?:\.git)?$/;

/** The web page of a repository that package.json names in one of npm's ways; undefined if it names none. */
export function repositoryUrl(named = ""): string | undefined {
  const short = SHORT.exec(named);
  if (short !== null) return `https://${HOSTS[short[1] ?? "github"]!}/${short[2]!}`;
  const long = LONG.exec(named);
  return long === null ? undefined : `https://${long[1]!}/${long[2]!}`;
}

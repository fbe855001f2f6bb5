// Requests to the server. Calls of one turn of the event loop go out as one batch; each gets its own result or error.

import type { Answers, Call, Credentials, ErrorCode, Methods, Rows, RowsQuery, Upload, User } from "./types.gen";

/** The path of the program, with a slash at both ends; the server writes it into the page. */
export const base = document.querySelector<HTMLMetaElement>("meta[name=base]")?.content ?? "/";

/** What the server, or the way to it, answered instead of a result. */
export class ApiError extends Error {
  constructor(
    readonly code: ErrorCode | "offline",
    message: string,
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

interface Waiting {
  readonly call: Call;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: ApiError) => void;
}

/** The most calls in a batch; the server refuses more. */
const batchLimit = 32;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function errorOf(body: unknown, status: number): ApiError {
  if (!isRecord(body) || typeof body.code !== "string") return new ApiError(status === 401 ? "notLoggedOn" : "failed", `HTTP ${status}`);
  const after = typeof body.retryAfter === "number" ? body.retryAfter : 0;
  return new ApiError(body.code as ErrorCode, String(body.message), after);
}

export class Client {
  #waiting: Waiting[] = [];
  #next = 0;
  /** Called when the server says that there is no session any more. */
  onLoggedOff: () => void = () => {};

  /** Calls one method. */
  call<M extends keyof Methods>(method: M, args: Methods[M]["args"]): Promise<Methods[M]["result"]> {
    return new Promise((resolve, reject) => {
      const call = { id: String(this.#next++), method, args };
      if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
      this.#waiting.push({ call, resolve: (r) => resolve(r as Methods[M]["result"]), reject });
    });
  }

  #flush(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < all.length; at += batchLimit) void this.#send(all.slice(at, at + batchLimit));
  }

  async #send(batch: Waiting[]): Promise<void> {
    try {
      const body = await this.#post<Answers>("api", { calls: batch.map((w) => w.call) });
      const answers = new Map(body.answers.map((a) => [a.id, a]));
      for (const w of batch) {
        const answer = answers.get(w.call.id);
        if (answer === undefined) w.reject(new ApiError("failed", "no answer"));
        else if (answer.error) w.reject(this.#noticed(errorOf(answer.error, 200)));
        else w.resolve(answer.result);
      }
    } catch (e) {
      for (const w of batch) w.reject(e instanceof ApiError ? e : new ApiError("failed", String(e)));
    }
  }

  #noticed(error: ApiError): ApiError {
    if (error.code === "notLoggedOn") this.onLoggedOff();
    return error;
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(base + path, { credentials: "same-origin", ...init });
    } catch {
      throw new ApiError("offline", "the server cannot be reached");
    }
    if (response.ok) return response;
    throw this.#noticed(errorOf(await response.json().catch(() => null), response.status));
  }

  async #post<R>(path: string, body: unknown): Promise<R> {
    const response = await this.#fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return (response.status === 204 ? undefined : await response.json()) as R;
  }

  logon(credentials: Credentials): Promise<User> {
    return this.#post<User>("api/logon", credentials);
  }

  async logoff(): Promise<void> {
    await this.#post("api/logoff", {});
  }

  /** A window of a folder. */
  async rows(query: RowsQuery, signal?: AbortSignal): Promise<Rows> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (Array.isArray(value)) for (const one of value) parameters.append(name, String(one));
      else if (value !== undefined && value !== "") parameters.set(name, String(value));
    }
    const response = await this.#fetch(`api/rows?${parameters}`, signal ? { signal } : {});
    return (await response.json()) as Rows;
  }

  /** Sends a file. progress is told the share that has been sent. The signal cancels. */
  upload(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Upload> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const parameters = new URLSearchParams({ name: file.name, type: file.type });
      request.open("POST", `${base}api/uploads?${parameters}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.responseType = "json";
      request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
      request.onload = () => (request.status === 200 ? resolve(request.response as Upload) : reject(this.#noticed(errorOf(request.response, request.status))));
      request.onerror = () => reject(new ApiError("offline", "the server cannot be reached"));
      request.onabort = () => reject(new ApiError("failed", "cancelled"));
      signal.addEventListener("abort", () => request.abort());
      request.send(file);
    });
  }
}

package io.millrace.standalone.client;

/** The server answered, and the answer is no. The message is the server's own. */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int status;

  RefusedException(int status, String message) {
    super(message);
    this.status = status;
  }

  public int status() {
    return status;
  }

  /** True when the same call may succeed later without anybody changing anything. */
  public boolean isTemporary() {
    return status >= 500 || status == 429 || status == 408;
  }
}

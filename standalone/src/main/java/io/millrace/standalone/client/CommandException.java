package io.millrace.standalone.client;

/** Ends a command with one line for the user and an exit code. */
public final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The command was used wrongly: what it was given cannot be. */
  public static final int USAGE = 2;

  /** The server could not be reached for long enough; the same command again may succeed. */
  public static final int GIVEN_UP = 3;

  private final int exitCode;

  public CommandException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}

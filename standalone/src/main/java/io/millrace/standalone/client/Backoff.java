package io.millrace.standalone.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tries a call again while the server is away or full, for as long as the user is patient. Every
 * success starts the patience anew.
 */
public final class Backoff {

  private static final Duration PAUSE_INITIAL = Duration.ofMillis(100);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(3);

  private final Duration patience;

  public Backoff(Duration patience) {
    this.patience = patience;
  }

  /** A call of the server. */
  @FunctionalInterface
  public interface Call<T> {
    T run() throws IOException;
  }

  /**
   * The call's value.
   *
   * @throws CommandException when patience has run out
   * @throws RefusedException when trying again is of no use
   */
  public <T> T call(Call<T> call) throws InterruptedException {
    long giveUpAt = System.nanoTime() + patience.toNanos();
    var pause = PAUSE_INITIAL;
    while (true) {
      String problem;
      try {
        return call.run();
      } catch (RefusedException e) {
        if (!e.isTemporary()) {
          throw e;
        }
        problem = e.getMessage();
      } catch (IOException e) {
        problem = e.getMessage() == null ? e.toString() : e.getMessage();
      }
      if (System.nanoTime() - giveUpAt > 0) {
        throw new CommandException(
            CommandException.GIVEN_UP, "gave up after " + patience + ": " + problem);
      }
      Thread.sleep(Duration.ofNanos(jittered(pause)));
      pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
    }
  }

  /** Half to all of it, so that clients of one server do not come back together. */
  private static long jittered(Duration pause) {
    return ThreadLocalRandom.current().nextLong(pause.toNanos() / 2, pause.toNanos());
  }
}

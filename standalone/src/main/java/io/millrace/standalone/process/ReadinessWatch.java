package io.millrace.standalone.process;

import java.time.Duration;

/**
 * Ends a process whose services have not been able to work for so long that they will not recover,
 * so that whoever started it can start it again.
 */
final class ReadinessWatch implements Runnable {

  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
  private static final int LOOKS_NOT_READY_MAX = 90;

  private final RunningServices services;
  private final StopRequest stop;

  ReadinessWatch(RunningServices services, StopRequest stop) {
    this.services = services;
    this.stop = stop;
  }

  @Override
  public void run() {
    int looksNotReady = 0;
    try {
      while (!stop.isMade()) {
        Thread.sleep(LOOK_INTERVAL);
        looksNotReady = services.areReady() ? 0 : looksNotReady + 1;
        if (looksNotReady > LOOKS_NOT_READY_MAX) {
          stop.because(
              "%s not ready for %d seconds; see logs"
                  .formatted(services.notReady(), looksNotReady));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

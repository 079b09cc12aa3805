package io.millrace.dispatcher;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Runs the simulation over many seeds. {@code -Dmillrace.simulation.seeds=N} runs more, {@code
 * -Dmillrace.simulation.seed=S} replays one.
 */
class DispatcherSimulationTest {

  private static final int REQUESTS = 40;
  private static final int STEPS = 600;

  @Test
  void shouldKeepItsPromisesWhateverCrashes() {
    // Given
    var one = Long.getLong("millrace.simulation.seed");
    var seeds =
        one == null
            ? LongStream.range(0, Long.getLong("millrace.simulation.seeds", 500))
            : LongStream.of(one);
    // When, Then
    seeds.forEach(DispatcherSimulationTest::simulate);
  }

  private static void simulate(long seed) {
    try {
      new DispatcherSimulation(seed).run(REQUESTS, STEPS);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed %d: replay with -Dmillrace.simulation.seed=%d".formatted(seed, seed), e);
    }
  }
}

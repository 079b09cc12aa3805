package io.millrace.simulator.script;

import static io.millrace.simulator.script.ScriptException.require;

import java.util.List;

/**
 * What goes wrong.
 *
 * @param errors tried in order; each takes its own share of the calls, so probabilities add up
 * @param hangProbability share of the other calls that are never answered
 * @param cut share of the answers whose connection is closed before their end
 */
public record Faults(List<ErrorRule> errors, double hangProbability, Cut cut) {
  public static final int ERRORS_MAX = 100;
  public static final Faults NONE = new Faults(List.of(), 0, Cut.NEVER);

  /**
   * A connection closed mid-answer.
   *
   * @param afterChunks content chunks sent before a stream is cut; another answer is cut in the
   *     middle of its body
   */
  public record Cut(double probability, int afterChunks) {
    public static final Cut NEVER = new Cut(0, 1);

    public Cut {
      require(
          probability >= 0 && probability <= 1, "probability", "must be from 0 to 1", probability);
      require(afterChunks >= 0, "afterChunks", "must be at least 0", afterChunks);
    }
  }

  public Faults {
    require(errors.size() <= ERRORS_MAX, "errors", "must be at most " + ERRORS_MAX, errors.size());
    require(
        hangProbability >= 0 && hangProbability <= 1,
        "hang.probability",
        "must be from 0 to 1",
        hangProbability);
    errors = List.copyOf(errors);
  }

  public boolean isNone() {
    return errors.isEmpty() && hangProbability == 0 && cut.probability() == 0;
  }
}

package io.millrace.workers.anthropic;

import java.util.regex.Pattern;

/**
 * What a model takes, told by the version in its name, such as {@code claude-opus-4-5-20251101} or
 * {@code claude-3-5-haiku-latest}. A name without one is taken for a new model's: those take least,
 * and leaving a parameter out does less harm than an error.
 *
 * @param version ten times the major number, and the minor one
 */
record ClaudeModel(int version, boolean isOpus) {

  private static final Pattern VERSION =
      Pattern.compile("claude-(?:[a-z]+-)*(\\d{1,2})(?:[-.](\\d))?(?!\\d)");
  private static final int NEWEST = Integer.MAX_VALUE;

  /** How a model is asked to think before it answers. */
  enum Thinking {
    /** It cannot. */
    NONE,
    /** Within so many tokens. */
    BUDGET,
    /** As it sees fit. */
    ADAPTIVE
  }

  static ClaudeModel of(String name) {
    var found = VERSION.matcher(name);
    if (!found.find()) {
      return new ClaudeModel(NEWEST, false);
    }
    int minor = found.group(2) == null ? 0 : Integer.parseInt(found.group(2));
    return new ClaudeModel(10 * Integer.parseInt(found.group(1)) + minor, name.contains("opus"));
  }

  Thinking thinking() {
    if (version < 37) {
      return Thinking.NONE;
    }
    return version < 46 ? Thinking.BUDGET : Thinking.ADAPTIVE;
  }

  /** Whether {@code output_config.effort} is known to it. */
  boolean takesEffort() {
    return version >= 46 || (version == 45 && isOpus);
  }

  boolean takesExtraHighEffort() {
    return version >= 47;
  }

  /** Whether it can be told a temperature, and its like. */
  boolean takesSampling() {
    return version <= 46;
  }

  /** Whether temperature and top_p may be told together. */
  boolean takesTemperatureWithTopP() {
    return version < 41;
  }
}

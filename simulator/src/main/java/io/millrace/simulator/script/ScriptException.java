package io.millrace.simulator.script;

/**
 * A script that cannot be used; says which field is wrong, what was expected, and the value found.
 */
public final class ScriptException extends IllegalArgumentException {
  private static final int VALUE_CHARS_MAX = 80;

  private final String field;
  private final String problem;

  ScriptException(String field, String expectation, String value) {
    this(field, field + " " + expectation + ": " + shortened(value));
  }

  private ScriptException(String field, String problem) {
    super(problem);
    this.field = field;
    this.problem = problem;
  }

  /** The path of the field, for example {@code models.gpt-4o.latency.meanMs}. */
  public String field() {
    return field;
  }

  /** The field, what was expected, and the value found. */
  public String problem() {
    return problem;
  }

  static void require(boolean isRight, String field, String expectation, Object value) {
    if (!isRight) {
      throw new ScriptException(field, expectation, String.valueOf(value));
    }
  }

  private static String shortened(String value) {
    return value.length() <= VALUE_CHARS_MAX ? value : value.substring(0, VALUE_CHARS_MAX) + "…";
  }
}

package io.millrace.simulator.openai;

/** Durations as Go prints them, the form of OpenAI's reset headers: 12ms, 1.5s, 6m0s. */
final class GoDuration {
  private static final long MS_PER_SECOND = 1000;
  private static final long MS_PER_MINUTE = 60 * MS_PER_SECOND;
  private static final long MS_PER_HOUR = 60 * MS_PER_MINUTE;

  private GoDuration() {}

  static String ofMillis(long millis) {
    if (millis > 0 && millis < MS_PER_SECOND) {
      return millis + "ms";
    }
    var text = new StringBuilder();
    if (millis >= MS_PER_HOUR) {
      text.append(millis / MS_PER_HOUR).append('h');
    }
    if (millis >= MS_PER_MINUTE) {
      text.append(millis % MS_PER_HOUR / MS_PER_MINUTE).append('m');
    }
    return text.append(seconds(millis % MS_PER_MINUTE)).append('s').toString();
  }

  private static String seconds(long millis) {
    String whole = Long.toString(millis / MS_PER_SECOND);
    long rest = millis % MS_PER_SECOND;
    return rest == 0 ? whole : whole + "." + "%03d".formatted(rest).replaceAll("0+$", "");
  }
}

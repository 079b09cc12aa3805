package io.millrace.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the command line says.
 *
 * @param names benchmarks to run
 */
record Options(List<String> names, Map<String, Integer> numbers) {

  private static final List<String> KNOWN =
      List.of("--rounds", "--seconds", "--connections", "--requests");

  Options {
    names = List.copyOf(names);
    numbers = Map.copyOf(numbers);
  }

  static Options parse(List<String> arguments) {
    var names = new ArrayList<String>();
    var numbers = new HashMap<String, Integer>();
    var rest = arguments.iterator();
    while (rest.hasNext()) {
      var argument = rest.next();
      if (!argument.startsWith("--")) {
        names.add(argument);
      } else if (KNOWN.contains(argument) && rest.hasNext()) {
        numbers.put(argument, positive(argument, rest.next()));
      } else {
        throw new IllegalArgumentException("unknown option or no value: " + argument);
      }
    }
    return new Options(names, numbers);
  }

  private static int positive(String option, String value) {
    if (!value.matches("[1-9][0-9]{0,8}")) {
      throw new IllegalArgumentException(option + " must be a positive number: " + value);
    }
    return Integer.parseInt(value);
  }

  int rounds(int usual) {
    return numbers.getOrDefault("--rounds", usual);
  }

  Duration time(int usualSeconds) {
    return Duration.ofSeconds(numbers.getOrDefault("--seconds", usualSeconds));
  }

  int connections(int usual) {
    return numbers.getOrDefault("--connections", usual);
  }

  int requests(int usual) {
    return numbers.getOrDefault("--requests", usual);
  }
}

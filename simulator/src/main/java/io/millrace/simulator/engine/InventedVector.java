package io.millrace.simulator.engine;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Embeddings: the same text always gets the same vector, of length one. */
public final class InventedVector {
  private InventedVector() {}

  public static float[] of(String text, int dimensions) {
    var random = new SplittableRandom(BodyHash.of(text.getBytes(StandardCharsets.UTF_8)));
    double[] numbers = random.doubles(dimensions, -1, 1).toArray();
    double squares = 0;
    for (double number : numbers) {
      squares += number * number;
    }
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (numbers[i] / Math.sqrt(squares));
    }
    return vector;
  }
}

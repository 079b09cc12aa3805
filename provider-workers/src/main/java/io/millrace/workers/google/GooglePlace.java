package io.millrace.workers.google;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Where models are reached: the Gemini API names them directly, Vertex AI below a project and a
 * location.
 *
 * @param above path between the base URL and what names a model; empty where there is nothing
 */
record GooglePlace(URI baseUrl, String above, boolean isVertex) {

  private static final String PUBLISHER = "publishers/google/models/";

  static GooglePlace gemini(URI baseUrl) {
    return new GooglePlace(baseUrl, "", false);
  }

  /**
   * @param project empty for express mode, where the key knows it
   */
  static GooglePlace vertex(URI baseUrl, String project, String location) {
    var above = project.isEmpty() ? "" : "/projects/" + project + "/locations/" + location;
    return new GooglePlace(baseUrl, above, true);
  }

  /** The path of a call to a model, such as {@code generateContent}. */
  String path(String model, String call) {
    return resource(encoded(model)) + ":" + call;
  }

  private String resource(String model) {
    if (!isVertex) {
      return model.contains("/") ? "/" + model : "/models/" + model;
    }
    if (model.startsWith("projects/")) {
      return "/" + model;
    }
    return above + "/" + (model.contains("/") ? model : PUBLISHER + model);
  }

  private static String encoded(String model) {
    return URLEncoder.encode(model, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%2F", "/")
        .replace("%40", "@");
  }
}

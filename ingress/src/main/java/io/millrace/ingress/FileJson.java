package io.millrace.ingress;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/** Files as clients see them, in OpenAI's form. */
public final class FileJson {

  private FileJson() {}

  public static byte[] bytes(StoredFile file) {
    return Json.bytes(json -> write(json, file));
  }

  public static byte[] list(List<StoredFile> files, boolean hasMore) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (var file : files) {
            write(json, file);
          }
          json.writeEndArray();
          json.writeStringField("first_id", files.isEmpty() ? null : files.getFirst().fileId());
          json.writeStringField("last_id", files.isEmpty() ? null : files.getLast().fileId());
          json.writeBooleanField("has_more", hasMore);
          json.writeEndObject();
        });
  }

  public static byte[] deleted(String fileId) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("id", fileId);
          json.writeStringField("object", "file");
          json.writeBooleanField("deleted", true);
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, StoredFile file) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", file.fileId());
    json.writeStringField("object", "file");
    json.writeNumberField("bytes", file.bytes());
    json.writeNumberField("created_at", file.createdAt().getEpochSecond());
    if (file.expiresAt() != null) {
      json.writeNumberField("expires_at", file.expiresAt().getEpochSecond());
    }
    json.writeStringField("filename", file.filename());
    json.writeStringField("purpose", file.purpose());
    json.writeStringField("status", "processed");
    json.writeEndObject();
  }
}

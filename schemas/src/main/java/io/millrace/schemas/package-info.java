/**
 * The contract between the services: Avro records, topics, and their bytes. No logic of the domain.
 *
 * <p>Threading: everything here is immutable or safe for concurrent use.
 *
 * <p>The generated classes say nothing of null, so the package is not marked; each class written by
 * hand is.
 */
package io.millrace.schemas;

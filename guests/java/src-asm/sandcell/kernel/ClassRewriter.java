package sandcell.kernel;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import jdk.internal.org.objectweb.asm.ClassReader;
import jdk.internal.org.objectweb.asm.ClassVisitor;
import jdk.internal.org.objectweb.asm.ClassWriter;
import jdk.internal.org.objectweb.asm.Handle;
import jdk.internal.org.objectweb.asm.Label;
import jdk.internal.org.objectweb.asm.MethodVisitor;
import jdk.internal.org.objectweb.asm.Opcodes;

/**
 * Changes the classes of cells before they are defined: lines are those of the cell, loops and methods check for
 * interrupts, and some calls go to {@link Traps}. This is the one for JDK 17 to 23.
 */
final class ClassRewriter {
  private static final int API = Opcodes.ASM8;
  private static final String INTERRUPTS = "sandcell/kernel/Interrupts";
  private static final String TRAPS = "sandcell/kernel/Traps";

  /** Attribute of sealed classes; the ASM of JDK 17 refuses to copy it, but copies what it does not know. */
  private static final String SEALED = "PermittedSubclasses";

  private static final String UNKNOWN = "PermittedSubclassez";

  static byte[] rewrite(byte[] original, LineMap lines, ClassLoader loader) {
    ClassReader reader = new ClassReader(rename(original, SEALED, UNKNOWN));
    // The writer keeps the constants of the reader, to which an unknown attribute refers.
    ClassWriter writer = new ClassWriter(reader, 0);
    FirstLines firstLines = new FirstLines();
    reader.accept(firstLines, ClassReader.SKIP_FRAMES);
    reader.accept(new Rewriter(writer, lines, firstLines.found), 0);
    return rename(writer.toByteArray(), UNKNOWN, SEALED);
  }

  private static byte[] rename(byte[] bytes, String name, String other) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.contains(name) ? text.replace(name, other).getBytes(StandardCharsets.ISO_8859_1) : bytes;
  }

  /** The lines that methods begin with, by name and descriptor. */
  private static final class FirstLines extends ClassVisitor {
    final Map<String, Integer> found = new HashMap<>();

    FirstLines() {
      super(API);
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
      return new MethodVisitor(API) {
        @Override
        public void visitLineNumber(int line, Label start) {
          found.putIfAbsent(name + descriptor, line);
        }
      };
    }
  }

  private static final class Rewriter extends ClassVisitor {
    private final LineMap lines;
    private final Map<String, Integer> firstLines;

    Rewriter(ClassVisitor next, LineMap lines, Map<String, Integer> firstLines) {
      super(API, next);
      this.lines = lines;
      this.firstLines = firstLines;
    }

    @Override
    public void visitSource(String source, String debug) {
      super.visitSource(lines.fileName, debug);
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, thrown);
      // A class whose initializer is stopped could never be used again.
      boolean checks = !name.equals("<clinit>");
      return new MethodRewriter(next, lines, checks ? firstLines.getOrDefault(name + descriptor, 0) : -1);
    }
  }

  private static final class MethodRewriter extends MethodVisitor {
    private final LineMap lines;

    /** -1 where entering the method is not checked. */
    private final int firstLine;

    private final Set<Label> passed = new HashSet<>();

    MethodRewriter(MethodVisitor next, LineMap lines, int firstLine) {
      super(API, next);
      this.lines = lines;
      this.firstLine = firstLine;
    }

    /** Before all else: where a loop begins with the method, its frame must stay at its label. */
    @Override
    public void visitCode() {
      super.visitCode();
      if (firstLine < 0) return;
      Label start = new Label();
      super.visitLabel(start);
      visitLineNumber(firstLine, start);
      check();
    }

    @Override
    public void visitLabel(Label label) {
      passed.add(label);
      super.visitLabel(label);
    }

    @Override
    public void visitJumpInsn(int opcode, Label target) {
      if (passed.contains(target)) check();
      super.visitJumpInsn(opcode, target);
    }

    @Override
    public void visitLineNumber(int line, Label start) {
      int cellLine = lines.lineOf(line);
      if (cellLine > 0) super.visitLineNumber(cellLine, start);
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
      String trap = opcode == Opcodes.INVOKESPECIAL ? null : Traps.descriptorOf(owner, name, descriptor);
      if (trap == null) super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      else super.visitMethodInsn(Opcodes.INVOKESTATIC, TRAPS, name, trap, false);
    }

    @Override
    public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
      for (int i = 0; i < arguments.length; i++) {
        if (!(arguments[i] instanceof Handle)) continue;
        Handle handle = (Handle) arguments[i];
        String trap = Traps.descriptorOf(handle.getOwner(), handle.getName(), handle.getDesc());
        if (trap != null) arguments[i] = new Handle(Opcodes.H_INVOKESTATIC, TRAPS, handle.getName(), trap, false);
      }
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
    }

    private void check() {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, INTERRUPTS, "check", "()V", false);
    }
  }

  private ClassRewriter() {}
}

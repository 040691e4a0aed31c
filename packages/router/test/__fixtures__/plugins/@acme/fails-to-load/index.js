throw new Error('libfoo.so is missing');
